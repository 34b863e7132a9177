namespace Inference.Decisions;

/// <summary>Who decides where no person does, and what names and reasons of persons must be.</summary>
public static class DecisionActors
{
    /// <summary>The policy in the options.</summary>
    public const string Policy = "policy";

    /// <summary>The sequential test of a canary.</summary>
    public const string SequentialTest = "sequential test";

    /// <summary>The store of the log.</summary>
    public const string Store = "store";

    /// <summary>Characters of an actor's name at most.</summary>
    public const int LongestActor = 128;

    /// <summary>Characters of a reason at most.</summary>
    public const int LongestReason = 1024;

    /// <summary>Whether the name is one of those that decide by themselves.</summary>
    public static bool IsAutomatic(string actor) => actor is Policy or SequentialTest or Store;

    /// <summary>Checks the name of a person or program that decides: 1 to <see cref="LongestActor"/> characters, none of them a control character, and not the name of what decides by itself.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Require(string actor)
    {
        DecisionText.Require(actor, LongestActor, "who decides", nameof(actor));
        if (IsAutomatic(actor.Trim()))
        {
            throw new ArgumentException($"Expected the name of who decides, '{actor}' is that of an automatic decision. Give the name of a person or service.", nameof(actor));
        }
    }

    /// <summary>Checks the reason of a decision: 1 to <see cref="LongestReason"/> characters, none of them a control character.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void RequireReason(string reason) => DecisionText.Require(reason, LongestReason, "the reason of the decision", nameof(reason));
}
