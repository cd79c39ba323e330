  const std::size_t pixels = images.height * images.width, columns = images.channels * pixels;
  if (images.values.size() != images.count * columns) throw std::invalid_argument("another number of values");
  Matrix y{.rows = images.count, .columns = columns};
  for (std::size_t n = 0; n < images.count; ++n) {
    for (std::size_t p = 0; p < pixels; ++p) {
      for (std::size_t c = 0; c < images.channels; ++c) y.values.push_back(images.values[n * columns + c * pixels + p]);
    }
  }
  return y;
