namespace Inference.Decisions;

/// <summary>The actors of automatic decisions, and the rules for the names and reasons of others.</summary>
public static class DecisionActors
{
    /// <summary>The policy of the options.</summary>
    public const string Policy = "policy";

    /// <summary>The sequential test of a canary.</summary>
    public const string SequentialTest = "sequential test";

    /// <summary>The store of the log.</summary>
    public const string Store = "store";

    /// <summary>The configuration: options that changed.</summary>
    public const string Configuration = "configuration";

    /// <summary>The maximum number of characters in an actor's name.</summary>
    public const int LongestActor = 128;

    /// <summary>The maximum number of characters in a reason.</summary>
    public const int LongestReason = 1024;

    /// <summary>Whether the name is that of an automatic actor.</summary>
    public static bool IsAutomatic(string actor) => actor is Policy or SequentialTest or Store or Configuration;

    /// <summary>Checks the name of a person or program that decides: 1 to <see cref="LongestActor"/> characters, none of them a control character, and not the name of an automatic actor.</summary>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    public static void Require(string actor)
    {
        DecisionText.Require(actor, LongestActor, "an actor", nameof(actor));
        if (IsAutomatic(actor.Trim()))
        {
            throw new ArgumentException($"Expected an actor that is not reserved for automatic decisions, got '{actor}'. Pass the name of a person or service.", nameof(actor));
        }
    }

    /// <summary>Checks the reason of a decision: 1 to <see cref="LongestReason"/> characters, none of them a control character.</summary>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    public static void RequireReason(string reason) => DecisionText.Require(reason, LongestReason, "a reason", nameof(reason));
}
