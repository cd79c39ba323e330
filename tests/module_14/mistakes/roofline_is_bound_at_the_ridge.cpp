  const double intensity = cost.operations / cost.bytes;
  const double attainable = std::min(machine.operations, intensity * machine.bytes);
  return {.intensity = intensity, .attainable = attainable, .seconds = std::max(cost.operations / machine.operations, cost.bytes / machine.bytes), .bound = intensity * machine.bytes <= machine.operations ? Bound::memory : Bound::compute};
