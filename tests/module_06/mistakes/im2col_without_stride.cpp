  float* to = columns;
  for (int c = 0; c < s.channels; ++c) {
    for (int k = 0; k < s.kernel; ++k) {
      for (int l = 0; l < s.kernel; ++l) {
        for (int i = 0; i < s.out_height; ++i) {
          for (int j = 0; j < s.out_width; ++j) {
            const int row = i - s.padding + k, column = j - s.padding + l;
            const bool inside = row >= 0 && row < s.height && column >= 0 && column < s.width;
            *to++ = inside ? x[(c * s.height + row) * s.width + column] : 0;
          }
        }
      }
    }
  }
