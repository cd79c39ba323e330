  const dim3 threads(kTransposeSide, kTransposeThreads);
  const dim3 blocks(static_cast<unsigned>((columns > kTransposeSide ? columns / kTransposeSide : 1)),
                    static_cast<unsigned>((rows > kTransposeSide ? rows / kTransposeSide : 1)));
  transpose_kernel<<<blocks, threads, 0, stream>>>(x, y, rows, columns);
