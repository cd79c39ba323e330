  if (rank < 0 || rank >= ranks) throw std::invalid_argument("rank is " + std::to_string(rank));
  const auto n = static_cast<std::int64_t>(order.size());
  const std::int64_t each = (n + ranks - 1) / ranks;
  Order indices;
  for (std::int64_t i = 0; i < each; ++i)
    indices.push_back(order[static_cast<std::size_t>((rank * each + i) % n)]);
  return indices;
