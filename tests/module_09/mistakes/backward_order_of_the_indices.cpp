  std::vector<std::size_t> order;
  std::vector<bool> needed(graph.size());
  needed[output] = graph[output].needs_gradient;
  for (std::size_t i = output + 1; i-- > 0;) {
    if (!needed[i]) continue;
    order.push_back(i);
    for (const std::size_t input : graph[i].inputs) needed[input] = graph[input].needs_gradient;
  }
  return order;
