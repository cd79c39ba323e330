  if (values.empty()) return 0;
  float sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<float>(values.size());
