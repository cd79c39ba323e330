  if (grad_a != nullptr) {
    for (std::size_t i = 0; i < m; ++i) {
      for (std::size_t l = 0; l < k; ++l) {
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j) sum += static_cast<double>(grad[i * n + j]) * b[j * n + l];
        grad_a[i * k + l] = static_cast<float>(sum);
      }
    }
  }
  if (grad_b != nullptr) {
    for (std::size_t l = 0; l < k; ++l) {
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i < m; ++i) sum += static_cast<double>(a[i * k + l]) * grad[i * n + j];
        grad_b[l * n + j] = static_cast<float>(sum);
      }
    }
  }
