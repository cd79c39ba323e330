  return (size + padding - kernel) / stride + 1;
