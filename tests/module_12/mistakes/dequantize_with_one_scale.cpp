  std::vector<float> result;
  for (const std::int8_t value : x.values) result.push_back(x.scales[0] * static_cast<float>(value));
  return result;
