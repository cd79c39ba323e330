  for (std::size_t i = 0; i < grad_a.size(); ++i) grad_a[i] = grad[i];
  for (std::size_t i = 0; i < grad_b.size(); ++i) grad_b[i] = 0;
