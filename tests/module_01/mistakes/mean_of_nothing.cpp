  double sum = 0;
  for (const float value : values) sum += value;
  return sum / static_cast<double>(values.size());
