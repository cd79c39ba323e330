  for (int i = 0; i < s.queries; ++i) {
    for (int j = 0; j < s.keys; ++j) {
      double sum = 0;
      for (int l = 0; l < s.width; ++l) sum += static_cast<double>(q[i * s.width + l]) * k[j * s.width + l];
      result[i * s.keys + j] = static_cast<float>(sum);
    }
  }
