namespace Inference.Remote.Wire;

/// <summary>One call as it is sent.</summary>
/// <param name="Model">The name of the model on the server.</param>
/// <param name="Version">The version; null if the server chooses.</param>
/// <param name="Id">The id of the request; null for none.</param>
/// <param name="Priority">The priority.</param>
/// <param name="Inputs">The inputs; the caller's.</param>
internal sealed record InferCall(string Model, string? Version, string? Id, RunPriority Priority, NamedValues Inputs)
{
    /// <summary>The tensor of an input.</summary>
    /// <exception cref="InvalidInputException">It is not a tensor.</exception>
    public static TensorValue Tensor(string name, ModelValue value) => value as TensorValue
        ?? throw new InvalidInputException($"Input '{name}': expected a tensor, got a {value.Kind}; the Open Inference Protocol has no other values.") { Input = name, Actual = value.Kind.ToString() };

    /// <summary>The protocol's number of a priority: 1 is the highest; 0 leaves it to the server.</summary>
    public static int PriorityNumber(RunPriority priority) => priority switch
    {
        RunPriority.High => 1,
        RunPriority.Low => 3,
        _ => 0,
    };
}
