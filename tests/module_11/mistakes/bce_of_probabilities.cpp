  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    sum -= target[i] * std::log(static_cast<double>(logits[i])) + (1 - target[i]) * std::log(1.0 - logits[i]);
  return sum / static_cast<double>(logits.size());
