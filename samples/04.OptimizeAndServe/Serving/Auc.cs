namespace OptimizeAndServe.Serving;

/// <summary>The area under the receiver operating characteristic: the share of (clicked, not clicked) pairs that the scores order rightly, ties counting half.</summary>
internal static class Auc
{
    public static double Of(float[] scores, bool[] clicked)
    {
        float[] sorted = (float[])scores.Clone();
        bool[] labels = (bool[])clicked.Clone();
        Array.Sort(sorted, labels);
        double pairs = 0;
        double below = 0;
        double positives = 0;
        for (int i = 0; i < sorted.Length;)
        {
            double tiedPositives = 0;
            double tiedNegatives = 0;
            int start = i;
            for (; i < sorted.Length && sorted[i] == sorted[start]; i++)
            {
                tiedPositives += labels[i] ? 1 : 0;
                tiedNegatives += labels[i] ? 0 : 1;
            }

            pairs += tiedPositives * (below + tiedNegatives / 2);
            below += tiedNegatives;
            positives += tiedPositives;
        }

        return pairs / (positives * below);
    }
}
