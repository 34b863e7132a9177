namespace Loop;

/// <summary>Something that happened.</summary>
/// <param name="At">When, by the clock of the run.</param>
/// <param name="Kind">What, such as <c>alarm</c> or <c>promote</c>.</param>
/// <param name="Text">One line.</param>
internal sealed record LoopEvent(DateTimeOffset At, string Kind, string Text);
