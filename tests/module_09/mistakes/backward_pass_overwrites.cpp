  std::vector<Gradient> gradients(graph.size());
  if (!order.empty()) gradients[order.front()] = seed;
  for (const std::size_t visited : order) {
    const Node& node = graph[visited];
    if (gradients[visited] == nullptr || !node.rule) continue;
    const std::vector<Gradient> parts = node.rule(gradients[visited]);
    if (parts.size() != node.inputs.size()) {
      throw std::invalid_argument("a rule gave " + std::to_string(parts.size()) + " gradients for " +
                                  std::to_string(node.inputs.size()) + " inputs");
    }
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (parts[k] == nullptr || !graph[node.inputs[k]].needs_gradient) continue;
      Gradient& sum = gradients[node.inputs[k]];
      sum = parts[k];
    }
  }
  return gradients;
