//! The pipeline file that goes with the city, for `ronghe run DIR/pipeline.toml`.

use super::city::City;
use super::places::COUNTIES;

/// A source: id, schemas, provider, trust, and what else its block says.
type Block = (&'static str, &'static [&'static str], &'static str, u8, &'static str);

const MONTHLY: &str = "supply   = \"latest\"\nperiod   = { from = \"file_name\", pattern = \"{year}{month}\" }\n";

const BLOCKS: [Block; 27] = [
    ("dibao", &["minimum_living_allowance", "minimum_living_allowance_household"], "市民政局", 90, MONTHLY),
    ("tekun", &["extreme_poverty_support", "extreme_poverty_support_household"], "市民政局", 90, MONTHLY),
    ("linshi", &["temporary_aid"], "市民政局", 85, ""),
    ("registration", &["low_income_registration"], "乡镇（街道）", 80, ""),
    ("worker", &["hardship_worker"], "市总工会", 75, ""),
    ("party", &["hardship_party_member"], "市委组织部", 75, ""),
    ("monitored", &["monitored_household"], "市农业农村局", 80, ""),
    ("payment", &["benefit_payment"], "市财政局", 80, "supply   = \"append\"\n"),
    ("authorisation", &["authorisation"], "市民政局", 80, ""),
    ("household_register", &["household_register"], "市公安局", 95, ""),
    ("disability", &["disability"], "市残疾人联合会", 85, ""),
    ("death", &["death"], "市卫生健康委员会", 85, ""),
    ("medical_expense", &["medical_expense"], "市医疗保障局", 80, ""),
    ("medical_insurance", &["medical_insurance"], "市医疗保障局", 80, ""),
    ("social_insurance", &["social_insurance"], "市人力资源和社会保障局", 80, ""),
    ("pension", &["pension"], "市人力资源和社会保障局", 80, ""),
    ("employment", &["employment"], "市人力资源和社会保障局", 70, ""),
    ("student", &["student"], "市教育体育局", 75, ""),
    ("housing_aid", &["housing_aid"], "市住房和城乡建设局", 75, ""),
    ("real_estate", &["real_estate"], "市自然资源局", 80, ""),
    ("vehicle", &["vehicle"], "市公安局", 80, ""),
    ("enterprise", &["enterprise"], "市市场监督管理局", 80, ""),
    ("tax", &["tax"], "市税务局", 80, ""),
    ("provident_fund", &["provident_fund"], "市住房公积金管理中心", 80, ""),
    ("public_payroll", &["public_payroll"], "市财政局", 85, ""),
    ("accident", &["accident"], "市应急管理局", 70, ""),
    ("prison", &["prison"], "市司法局", 85, ""),
];

/// `pipeline.toml`.
pub fn text(city: &City) -> String {
    let mut out = format!(
        "# An invented city: nobody in it lives. The truth about its files is in truth/.\n\
         name     = \"city\"\n\
         title    = \"吉安市低收入人口数据融合（演练）\"\n\
         region   = \"360800\"\n\
         lang     = \"zh\"\n\
         as_of    = {}\n\
         database = \"db\"\n",
        city.as_of
    );
    for (id, schemas, provider, trust, more) in BLOCKS {
        let schemas: Vec<String> = schemas.iter().map(|schema| format!("\"{schema}\"")).collect();
        out.push_str(&format!(
            "\n[[source]]\nid       = \"{id}\"\nschemas  = [{}]\nprovider = \"{provider}\"\nfiles    = [\"{id}/*\"]\ntrust    = {trust}\n{more}",
            schemas.join(", ")
        ));
    }
    let mut residents = [0_u32; 13];
    for household in &city.households {
        residents[household.county as usize] += u32::from(household.size);
    }
    let populations: Vec<String> = COUNTIES
        .iter()
        .zip(residents)
        .filter(|(_, count)| *count > 0)
        .map(|(county, count)| format!("\"{}\" = {count}", county.code))
        .chain([format!("\"360800\" = {}", city.people.len())])
        .collect();
    out.push_str(&format!(
        "\n# Invented like everything else here: thresholds are local and belong into every office's own file.\n\
         [crossmatch.parameters.assets_above_limit]\nlimit = 50000\n\n\
         [crossmatch.parameters.missed_medical_cost]\nlimit = 20000\n\n\
         [crossmatch.parameters.pension_above_limit]\nlimit = 1500\n\n\
         [crossmatch.parameters.wage_above_limit]\nlimit = 30000\n\n\
         [analysis]\npoverty_line = 9600\npopulations  = {{ {} }}\n",
        populations.join(", ")
    ));
    out
}
