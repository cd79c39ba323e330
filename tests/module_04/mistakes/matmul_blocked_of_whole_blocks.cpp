  constexpr std::size_t kSide = 32;
  for (std::size_t top = 0; top < m; top += kSide) {
    for (std::size_t left = 0; left < n; left += kSide) {
      const std::size_t rows = kSide, columns = kSide;
      std::array<std::array<double, kSide>, kSide> sums{};
      for (std::size_t l = 0; l < k; ++l) {
        for (std::size_t i = 0; i < rows; ++i) {
          const double factor = a[(top + i) * k + l];
          for (std::size_t j = 0; j < columns; ++j) sums[i][j] += factor * b[l * n + left + j];
        }
      }
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) y[(top + i) * n + left + j] = static_cast<float>(sums[i][j]);
      }
    }
  }
