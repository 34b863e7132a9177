using System.Globalization;

namespace Inference.AspNetCore.Protocol;

/// <summary>The parameters of a request that mean something to the server; others are ignored.</summary>
internal sealed class CallParameters
{
    /// <summary>The parameter whose value may be a text.</summary>
    public const string SequenceIdName = "sequence_id";

    /// <summary>1 highest, 0 default.</summary>
    public ulong Priority { get; private set; }

    /// <summary>The time limit in microseconds; 0 for none.</summary>
    public ulong TimeoutMicroseconds { get; private set; }

    /// <summary>Whether outputs are answered as raw bytes unless they say otherwise; null: the request says nothing.</summary>
    public bool? BinaryOutput { get; private set; }

    /// <summary>The id of the sequence that the call continues; null for none. A number is the same as its digits.</summary>
    public string? SequenceId { get; private set; }

    /// <summary>Whether the call begins the sequence.</summary>
    public bool SequenceStart { get; private set; }

    /// <summary>Whether the sequence ends with the call.</summary>
    public bool SequenceEnd { get; private set; }

    /// <summary>The sequence of the call; null for none.</summary>
    /// <exception cref="RequestFault">It has no id, or one that is too long.</exception>
    public SequenceCall? Sequence()
    {
        if (SequenceId is null)
        {
            if (SequenceStart || SequenceEnd)
            {
                RequestFault.Throw($"Parameter '{(SequenceStart ? "sequence_start" : "sequence_end")}': expected a 'sequence_id' beside it that is neither 0 nor empty, got none.");
            }

            return null;
        }

        if (SequenceId.Length > SequenceCall.MaxIdLength)
        {
            RequestFault.Throw($"Parameter 'sequence_id': expected at most {SequenceCall.MaxIdLength} characters, got {SequenceId.Length}.");
        }

        return new SequenceCall(SequenceId) { Start = SequenceStart, End = SequenceEnd };
    }

    /// <summary>Reads a parameter of the request.</summary>
    /// <exception cref="RequestFault">The value has another type or range.</exception>
    public void Set(string name, in ParameterValue value)
    {
        switch (name)
        {
            case "priority":
                Priority = value.Unsigned(name);
                break;
            case "timeout":
                TimeoutMicroseconds = value.Unsigned(name);
                break;
            case "binary_data_output":
                BinaryOutput = value.Flag(name);
                break;
            case SequenceIdName:
                SequenceId = value.Id(name);
                break;
            case "sequence_start":
                SequenceStart = value.Flag(name);
                break;
            case "sequence_end":
                SequenceEnd = value.Flag(name);
                break;
        }
    }

    /// <summary>Reads a parameter of an output.</summary>
    /// <exception cref="RequestFault">The value has another type or range.</exception>
    public static RequestedOutput Set(RequestedOutput output, string name, in ParameterValue value)
    {
        switch (name)
        {
            case "binary_data":
                return output with { Binary = value.Flag(name) };
            case "classification":
                ulong classes = value.Unsigned(name);
                if (classes is 0 or > int.MaxValue)
                {
                    RequestFault.Throw(string.Create(CultureInfo.InvariantCulture, $"Output '{output.Name}', parameter 'classification': expected the number of classes, 1 or more, got {classes}."));
                }

                return output with { Classes = (int)classes };
            default:
                RefuseSharedMemory("Output", output.Name, name);
                return output;
        }
    }

    /// <exception cref="RequestFault">The parameter is one of shared memory.</exception>
    public static void RefuseSharedMemory(string what, string tensor, string name)
    {
        if (name.StartsWith("shared_memory_", StringComparison.Ordinal))
        {
            RequestFault.Throw($"{what} '{tensor}', parameter '{name}': this server has no shared memory. Send the tensor's contents in the request.");
        }
    }
}
