  float* to = columns;
  for (int c = 0; c < s.channels; ++c) {
    for (int k = 0; k < s.kernel; ++k) {
      for (int l = 0; l < s.kernel; ++l) {
        for (int i = 0; i < s.out_height; ++i) {
          for (int j = 0; j < s.out_width; ++j) {
            const int row = i * s.stride - s.padding + k, column = j * s.stride - s.padding + l;
            const bool inside = row >= 0 && row < s.height && column >= 0 && column < s.width;
            if (inside) *to = x[(c * s.height + row) * s.width + column];
            ++to;
          }
        }
      }
    }
  }
