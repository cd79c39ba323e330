  for (int n = 0; n < s.images; ++n) {
    const float* image = x + static_cast<std::ptrdiff_t>(n) * s.height * s.width;
    for (int i = 0; i < s.out_height; ++i) {
      for (int j = 0; j < s.out_width; ++j) {
        int best = i * s.stride * s.width + j * s.stride;
        for (int k = 0; k < s.kernel; ++k) {
          for (int l = 0; l < s.kernel; ++l) {
            const int index = (i * s.stride + k) * s.width + j * s.stride + l;
            if (image[index] > image[best]) best = index;
          }
        }
        *y++ = image[best];
        *indices++ = best;
      }
    }
  }
