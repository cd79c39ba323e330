  if (rank < 0 || rank >= ranks) throw std::invalid_argument("rank is " + std::to_string(rank));
  Order indices;
  for (std::size_t i = static_cast<std::size_t>(rank); i < order.size(); i += static_cast<std::size_t>(ranks))
    indices.push_back(order[i]);
  return indices;
