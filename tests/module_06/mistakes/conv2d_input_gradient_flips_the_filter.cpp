  std::vector<double> sums(static_cast<std::size_t>(s.batch * s.channels * s.height * s.width), 0.0);
  for (int n = 0; n < s.batch; ++n) {
    for (int f = 0; f < s.filters; ++f) {
      for (int i = 0; i < s.out_height; ++i) {
        for (int j = 0; j < s.out_width; ++j) {
          const double g = grad[((n * s.filters + f) * s.out_height + i) * s.out_width + j];
          for (int c = 0; c < s.channels; ++c) {
            for (int k = 0; k < s.kernel; ++k) {
              for (int l = 0; l < s.kernel; ++l) {
                const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
                if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
                sums[static_cast<std::size_t>(((n * s.channels + c) * s.height + row) * s.width + column)] +=
                    g * weight[((f * s.channels + c) * s.kernel + s.kernel - 1 - k) * s.kernel + s.kernel - 1 - l];
              }
            }
          }
        }
      }
    }
  }
  std::transform(sums.begin(), sums.end(), dx, [](double sum) { return static_cast<float>(sum); });
