namespace CaseStudy.Reporting;

/// <summary>What is known of a step whatever the users.</summary>
/// <param name="Name">Its name.</param>
/// <param name="What">What it changes.</param>
/// <param name="Auc">Overall.</param>
/// <param name="Drop">Points of AUC below the baseline overall; negative: above.</param>
/// <param name="WorstDrop">The greatest drop of a slice, points.</param>
/// <param name="WorstSlice">That slice.</param>
/// <param name="MemoryBytes">Of a process that serves it, beyond an empty one; caches filled.</param>
/// <param name="Kept">Whether the steps after this one have it too.</param>
internal sealed record StepFacts(string Name, string What, double Auc, double Drop, double WorstDrop, string WorstSlice, long MemoryBytes, bool Kept);
