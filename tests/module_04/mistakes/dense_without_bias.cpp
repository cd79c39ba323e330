  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < out; ++j) {
      double sum = 0;
      for (std::size_t l = 0; l < in; ++l) sum += static_cast<double>(x[i * in + l]) * weight[j * in + l];
      y[i * out + j] = static_cast<float>(sum);
    }
  }
