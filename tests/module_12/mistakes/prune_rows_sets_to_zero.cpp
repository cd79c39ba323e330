  PrunedRows result{.rows = {}, .weight = std::vector<float>(weight.begin(), weight.end())};
  std::vector<double> norms(rows, 0.0);
  std::vector<std::size_t> order(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (const float w : weight.subspan(i * columns, columns)) norms[i] += static_cast<double>(w) * w;
    order[i] = i;
    result.rows.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return norms[a] < norms[b]; });
  order.resize(static_cast<std::size_t>(share * static_cast<double>(rows)));
  for (const std::size_t i : order) {
    for (std::size_t j = 0; j < columns; ++j) result.weight[i * columns + j] = 0;
  }
  return result;
