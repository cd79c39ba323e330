  const int blocks = std::min((n + kThreads - 1) / kThreads, kMostBlocks);
  sum_kernel<<<blocks, kThreads, 0, stream>>>(x, sums, n);
  sum_kernel<<<1, kThreads, 0, stream>>>(sums, result, blocks);
