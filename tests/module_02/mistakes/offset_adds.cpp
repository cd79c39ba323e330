  std::int64_t sum = 0;
  for (const std::int64_t each : index) sum += each;
  return sum;
