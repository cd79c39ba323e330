  for (int f = 0; f < s.filters; ++f) {
    for (int c = 0; c < s.channels; ++c) {
      for (int k = 0; k < s.kernel; ++k) {
        for (int l = 0; l < s.kernel; ++l) {
          double sum = 0;
          for (int n = 0; n < 1; ++n) {
            for (int i = 0; i < s.out_height; ++i) {
              for (int j = 0; j < s.out_width; ++j) {
                const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
                if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
                sum += static_cast<double>(grad[((n * s.filters + f) * s.out_height + i) * s.out_width + j]) *
                       x[((n * s.channels + c) * s.height + row) * s.width + column];
              }
            }
          }
          dweight[((f * s.channels + c) * s.kernel + k) * s.kernel + l] = static_cast<float>(sum);
        }
      }
    }
  }
