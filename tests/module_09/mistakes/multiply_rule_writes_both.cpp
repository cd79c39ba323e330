  for (std::size_t i = 0; i < grad.size(); ++i) {
    grad_a[i] = grad[i] * b[i];
    grad_b[i] = grad[i] * a[i];
  }
