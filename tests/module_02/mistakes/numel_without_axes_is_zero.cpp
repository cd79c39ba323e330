  if (shape.empty()) return 0;
  std::int64_t product = 1;
  for (const std::int64_t length : shape) product *= length;
  return product;
