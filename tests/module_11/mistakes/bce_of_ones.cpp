  double sum = 0;
  for (const float x : logits) sum += std::max(-x, 0.0F) + std::log1p(std::exp(-std::abs(static_cast<double>(x))));
  return sum / static_cast<double>(logits.size());
