namespace Inference.Orleans.Loading;

/// <summary>A slot's load since the last sample.</summary>
/// <param name="Concurrency">Calls in the slot on average: the time of all calls ÷ the time that passed.</param>
/// <param name="Wait">The mean time of a call beyond that of the fastest recent one, which did not wait.</param>
internal readonly record struct LoadSample(double Concurrency, TimeSpan Wait);
