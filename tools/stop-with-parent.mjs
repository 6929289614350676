// Preloaded into processes that the runner starts with a channel to itself: the channel ends with the runner, however
// that ended, and nobody is left to stop this process. The same signal handler does it that a supervisor would reach.
process.once('disconnect', () => {
  if (!process.emit('SIGTERM', 'SIGTERM')) process.exit(143);
});
// Listening must not keep alive a process that has nothing else to do.
process.channel?.unref();
