  if (loss < state.best - state.min_improvement) {
    state.best = loss;
    state.bad = 0;
  } else {
    ++state.bad;
  }
  return state.bad >= state.patience;
