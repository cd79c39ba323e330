  double sum = 0;
  for (std::size_t i = 0; i < target.size(); ++i)
    sum -= std::log(static_cast<double>(logits[i * classes + static_cast<std::size_t>(target[i])]));
  return sum / static_cast<double>(target.size());
