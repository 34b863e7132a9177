namespace Inference.Sequences.Store;

/// <summary>A call's place in its sequence.</summary>
/// <param name="Entry">The sequence.</param>
/// <param name="Wait">Completes when it is the call's turn; null if it is already.</param>
internal readonly record struct SequenceTurn(SequenceEntry Entry, TaskCompletionSource? Wait);
