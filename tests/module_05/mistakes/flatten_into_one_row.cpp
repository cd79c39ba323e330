  const std::size_t columns = images.channels * images.height * images.width;
  if (images.values.size() != images.count * columns) throw std::invalid_argument("another number of values");
  return {.rows = 1, .columns = images.values.size(), .values = images.values};
