  std::vector<float> magnitudes;
  for (const float w : weight) {
    if (!std::isnan(w)) magnitudes.push_back(std::abs(w));
  }
  std::sort(magnitudes.begin(), magnitudes.end());
  const auto zeros = std::min(static_cast<std::size_t>(share * static_cast<double>(weight.size())), magnitudes.size());
  if (zeros == 0) return;
  for (float& w : weight) {
    if (std::abs(w) <= magnitudes[zeros - 1]) w = 0;
  }
