  for (int n = 0; n < s.images; ++n) {
    const float* image = x + static_cast<std::ptrdiff_t>(n) * s.height * s.width;
    for (int i = 0; i < s.out_height; ++i) {
      for (int j = 0; j < s.out_width; ++j) {
        int best = i * s.kernel * s.width + j * s.kernel;
        for (int k = 0; k < s.kernel; ++k) {
          for (int l = 0; l < s.kernel; ++l) {
            const int index = (i * s.kernel + k) * s.width + j * s.kernel + l;
            if (image[index] > image[best] || (std::isnan(image[index]) && !std::isnan(image[best]))) best = index;
          }
        }
        *y++ = image[best];
        *indices++ = best;
      }
    }
  }
