  if (values.empty()) return 0;
  long sum = 0;
  for (const float value : values) sum += static_cast<long>(value);
  return static_cast<double>(sum / static_cast<long>(values.size()));
