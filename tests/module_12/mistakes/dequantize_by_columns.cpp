  std::vector<float> result;
  for (std::size_t i = 0; i < x.values.size(); ++i)
    result.push_back(x.scales[i % x.rows] * static_cast<float>(x.values[i]));
  return result;
