namespace Inference.Sequences;

/// <summary>Adds states by name.</summary>
public static class SequenceStateListExtensions
{
    /// <summary>Adds a state.</summary>
    /// <param name="states">The states: <see cref="SequenceOptions.States"/>.</param>
    /// <param name="output">The name of the output that a call leaves.</param>
    /// <param name="input">The name of the input that the next call takes it by.</param>
    /// <param name="shape">The shape that a sequence begins with; see <see cref="SequenceState.Shape"/>.</param>
    public static void Add(this IList<SequenceState> states, string output, string input, IReadOnlyList<long>? shape = null)
    {
        ArgumentNullException.ThrowIfNull(states);
        states.Add(new SequenceState { Output = output, Input = input, Shape = shape });
    }
}
