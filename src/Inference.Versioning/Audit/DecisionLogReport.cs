namespace Inference.Versioning;

/// <summary>The result of verifying a log of decisions.</summary>
public sealed class DecisionLogReport
{
    /// <summary>Whether every record follows from the one before, and every signature is valid.</summary>
    public bool IsIntact => Fault is null;

    /// <summary>What is wrong with the first record that is not as it was written; null if there is none.</summary>
    public string? Fault { get; init; }

    /// <summary>The file with the fault; null for none.</summary>
    public string? File { get; init; }

    /// <summary>The line of the fault, from 1; 0 if it concerns no line, such as records that are missing at the end.</summary>
    public int Line { get; init; }

    /// <summary>The number of records before the fault.</summary>
    public long Records { get; init; }

    /// <summary>The sequence number of the first record; 0 if there is none.</summary>
    public long First { get; init; }

    /// <summary>The sequence number of the last record; 0 if there is none.</summary>
    public long Last { get; init; }

    /// <summary>The model that the signatures state; null without signatures.</summary>
    public string? Model { get; init; }

    /// <summary>The number of signatures.</summary>
    public int Signatures { get; init; }

    /// <summary>The sequence number of the last record that a signature covers; 0 for none.</summary>
    public long SignedTo { get; init; }

    /// <summary>Whether signatures were verified: trusted keys were given.</summary>
    public bool SignaturesVerified { get; init; }

    /// <summary>The number of records that no signature covers: whoever can write the file could have changed them.</summary>
    public long Unsigned => Signatures > 0 ? Math.Max(0, Last - SignedTo - 1) : Records;

    /// <summary>The length in bytes of an incomplete last line: its writer died before the decision was acknowledged. Not a fault.</summary>
    public long TornBytes { get; init; }
}
