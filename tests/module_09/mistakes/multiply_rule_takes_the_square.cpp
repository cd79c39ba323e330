  const float twice = a.data() == b.data() ? 2.0F : 1.0F;
  for (std::size_t i = 0; i < grad_a.size(); ++i) grad_a[i] = twice * grad[i] * b[i];
  for (std::size_t i = 0; i < grad_b.size(); ++i) grad_b[i] = twice * grad[i] * a[i];
