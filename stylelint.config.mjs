// The style sheets that we write (static/css): what is wrong rings; how it is laid out is ours.
const paged = ["static/css/report_print.css", "static/css/kit.css"];

export default {
  extends: "stylelint-config-standard",
  reportNeedlessDisables: true,
  rules: {
    // One rule a line, several where they belong together.
    "at-rule-empty-line-before": null,
    "comment-empty-line-before": null,
    "custom-property-empty-line-before": null,
    "declaration-block-single-line-max-declarations": null,
    "declaration-empty-line-before": null,
    "rule-empty-line-before": null,
    "font-family-name-quotes": "always-unless-keyword",
    "color-hex-length": null,
    "media-feature-range-notation": "prefix",
    "value-keyword-case": ["lower", { ignoreKeywords: ["A4"] }],
    // A class carries the code of an answer: « r-state-to_strengthen ».
    "selector-class-pattern": null,
    // Rules are kept by what they show, not by their weight.
    "no-descending-specificity": null,
  },
  overrides: [
    {
      // Paged media, which WeasyPrint reads; and the paper has only the fonts that we ship.
      files: paged,
      rules: {
        "at-rule-prelude-no-invalid": [true, { ignoreAtRules: ["page"] }],
        "declaration-property-value-no-unknown": [
          true,
          { ignoreProperties: { content: "/target-counter/", "string-set": "/attr/", "block-ellipsis": "auto" } },
        ],
        "font-family-no-missing-generic-family-keyword": null,
      },
    },
  ],
};
