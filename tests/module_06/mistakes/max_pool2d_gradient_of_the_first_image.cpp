  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(s.height) * s.width;
  std::fill(dx, dx + s.images * size, 0.0F);
  for (int n = 0; n < s.images; ++n) {
    for (int p = 0; p < s.out_height * s.out_width; ++p) dx[*indices++] += *grad++;
  }
