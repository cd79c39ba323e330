  if (grad_a != nullptr) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t l = 0; l < k; ++l) {
        float sum = 0;
        for (std::size_t j = 0; j < n; ++j) sum += grad[i * n + j] * b[l * n + j];
        grad_a[i * k + l] = sum;
      }
    }
  }
  if (grad_b != nullptr) {
    for (std::size_t l = 0; l < k; ++l) {
      for (std::size_t j = 0; j < n; ++j) {
        float sum = 0;
        for (std::size_t i = 0; i < m; ++i) sum += a[i * k + l] * grad[i * n + j];
        grad_b[l * n + j] = sum;
      }
    }
  }
