  std::int64_t sum = 0;
  for (const std::int64_t length : shape) sum += length;
  return sum;
