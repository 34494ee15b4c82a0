//! The town: one scheme, three banks, an acquirer, shops and people, each with files of their own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use skilling_issuer::{Funding, NewMerchant, Scheme, Server, Setup};
use skilling_platform::clock::{Clock as _, ManualClock};
use skilling_protocol::values::{
    Amount, Categories, Country, Currency, Decimals, KeyProtection, Mcc, MerchantId, PublicKey,
    Time,
};
use skilling_terminal::{Terminal, keys as terminal_keys};
use skilling_wallet::software::{FileGuard, FileVault, SoftwareKeys};
use skilling_wallet::sync::Want;
use skilling_wallet::{Config, Ports, Wallet};
use tokio::runtime::Runtime;

use super::Told;
use super::network::Host;
use super::stage::Stage;

/// 2027-01-11 08:00 UTC, a Monday: when the story begins.
const BEGINNING: u64 = 1_799_654_400;
/// The grocery's category.
pub(super) const GROCERIES: u16 = 5411;
/// The pharmacy's category.
pub(super) const PHARMACY: u16 = 5912;
/// The electronics shop's category.
const ELECTRONICS: u16 = 5732;

/// Everything there is.
pub(super) struct Town {
    pub(super) runtime: Runtime,
    pub(super) clock: ManualClock,
    pub(super) scheme: Scheme,
    pub(super) nordbank: Bank,
    pub(super) fjordbank: Bank,
    pub(super) acquirer: Bank,
    pub(super) outsider: Bank,
    pub(super) grocery: Shop,
    pub(super) grocery_till_2: Shop,
    pub(super) pharmacy: Shop,
    pub(super) night_counter: Shop,
    pub(super) electronics: Shop,
}

/// A program with its home: an issuer, or the acquirer.
pub(super) struct Bank {
    pub(super) name: &'static str,
    pub(super) server: Arc<Server>,
    pub(super) host: Host,
}

/// A till.
pub(super) struct Shop {
    pub(super) name: &'static str,
    pub(super) merchant: MerchantId,
    pub(super) terminal: Terminal,
    /// Its folder, for the till that burns.
    pub(super) home: PathBuf,
}

/// Somebody with a phone.
pub(super) struct Phone {
    pub(super) name: &'static str,
    pub(super) wallet: Arc<Wallet>,
    pub(super) home: PathBuf,
}

/// Kroner and øre, kronor and öre.
pub(super) fn money(minor: u64) -> Told<Amount> {
    Ok(Amount::new(minor)?)
}

/// "125.50 DKK".
pub(super) fn shown(amount: Amount, currency: Currency) -> String {
    let name = iso_currency::Currency::from_numeric(currency.numeric());
    let name = name.map_or_else(|| currency.to_string(), |it| it.code().to_owned());
    format!("{} {name}", Decimals::TWO.format(amount))
}

/// A list of categories.
pub(super) fn categories(codes: &[u16]) -> Told<Categories> {
    let codes = codes.iter().map(|code| Mcc::new(*code));
    Ok(Categories::new(codes.collect::<Result<_, _>>()?)?)
}

impl Town {
    /// Founds the town: keys, homes, certificates. All servers are up.
    pub(super) fn found(stage: &Stage) -> Told<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let clock = ManualClock::at(Time::from_unix(BEGINNING)?);
        let home = stage.home("scheme")?;
        let scheme = Scheme::init(&home, Arc::new(clock.clone()))?;
        std::fs::write(home.join("root.hex"), format!("{}\n", scheme.root()))?;
        let elsewhere = Scheme::init(&stage.home("other-scheme")?, Arc::new(clock.clone()))?;
        for currency in [Currency::DKK, Currency::SEK] {
            let mut policy = scheme.policy(currency)?.ok_or("no policy")?;
            policy.categories = Some(categories(&[GROCERIES])?);
            scheme.set_policy(currency, &policy)?;
        }
        let found = |name, folder: &str, scheme: &Scheme, issuer: &[Currency], acquirer| {
            Bank::found(
                stage,
                &runtime,
                &clock,
                (name, folder),
                scheme,
                issuer,
                acquirer,
            )
        };
        let acquirer = found("Indløserne", "acquirer", &scheme, &[], true)?;
        let nordbank = found("Nordbank", "nordbank", &scheme, &[Currency::DKK], false)?;
        let both = [Currency::DKK, Currency::SEK];
        let fjordbank = found("Fjordbank", "fjordbank", &scheme, &both, false)?;
        let outsider = found("Udenbank", "udenbank", &elsewhere, &[Currency::DKK], false)?;
        // The other scheme knows our shops' acquirer; ours does not know its bank.
        let listed = scheme.history()?;
        let entry = listed.latest().and_then(|bundle| bundle.acquirers.first());
        elsewhere.put_acquirer(entry.ok_or("the acquirer is not listed")?)?;
        let shops = Opening {
            stage,
            clock: &clock,
            root: scheme.root(),
            acquirer: &acquirer.server,
        };
        let grocery = shops.open("grocery", "Købmand Torvegade, Aarhus", GROCERIES)?;
        let grocery_till_2 = shops.second_till(&grocery)?;
        let pharmacy = shops.open("pharmacy", "Svane Apotek, Skagen", PHARMACY)?;
        let night_counter = shops.open("night counter", "Nat Apotek, Skagen", PHARMACY)?;
        let electronics = shops.open("electronics", "Lyd og Lys, Odense", ELECTRONICS)?;
        Ok(Self {
            runtime,
            clock,
            scheme,
            nordbank,
            fjordbank,
            acquirer,
            outsider,
            grocery,
            grocery_till_2,
            pharmacy,
            night_counter,
            electronics,
        })
    }

    /// Every till, for refreshing and depositing.
    pub(super) fn shops(&self) -> [&Shop; 5] {
        [
            &self.grocery,
            &self.grocery_till_2,
            &self.pharmacy,
            &self.night_counter,
            &self.electronics,
        ]
    }

    /// The network is there.
    pub(super) fn network_up(&mut self) -> Told {
        for bank in [
            &mut self.nordbank,
            &mut self.fjordbank,
            &mut self.acquirer,
            &mut self.outsider,
        ] {
            bank.host.start(&self.runtime, bank.server.clone())?;
        }
        Ok(())
    }

    /// The network goes away.
    pub(super) fn network_down(&mut self) -> Told {
        for bank in [
            &mut self.nordbank,
            &mut self.fjordbank,
            &mut self.acquirer,
            &mut self.outsider,
        ] {
            bank.host.stop(&self.runtime)?;
        }
        Ok(())
    }

    /// Somebody becomes a customer and gets a phone; returns it with the code that enrols it.
    pub(super) fn customer(
        &self,
        stage: &Stage,
        name: &'static str,
        bank: &Bank,
        account: (Currency, Funding, u64),
    ) -> Told<(Phone, String)> {
        let (currency, funding, minor) = account;
        let added = bank
            .server
            .add_customer(name, currency, funding, money(minor)?, None)?;
        let home = stage.home(&format!("phone-{}", name.to_lowercase()))?;
        let root = bank.server.scheme().root();
        let phone = Phone::switch_on(name, &home, root, &self.clock)?;
        Ok((phone, added.enrolment_code))
    }

    /// The date, as the story tells it.
    pub(super) fn date(&self) -> Told<String> {
        let now = jiff::Timestamp::from_second(i64::try_from(self.clock.now().unix())?)?;
        Ok(now.strftime("%Y-%m-%d").to_string())
    }

    /// How many days ago the story began.
    pub(super) fn day(&self) -> u64 {
        self.clock.now().unix().saturating_sub(BEGINNING) / 86_400
    }
}

impl Bank {
    fn found(
        stage: &Stage,
        runtime: &Runtime,
        clock: &ManualClock,
        (name, folder): (&'static str, &str),
        scheme: &Scheme,
        currencies: &[Currency],
        acquirer: bool,
    ) -> Told<Self> {
        let host = Host::find(runtime)?;
        let setup = Setup {
            currencies: currencies.to_vec(),
            acquirer,
            url: host.url(),
            ..Setup::new(name)
        };
        let home = stage.home(folder)?;
        let server = Server::init(&home, scheme, &setup, Arc::new(clock.clone()))?;
        Ok(Self {
            name,
            server: Arc::new(server),
            host,
        })
    }
}

/// What every shop is opened with.
struct Opening<'a> {
    stage: &'a Stage,
    clock: &'a ManualClock,
    root: PublicKey,
    acquirer: &'a Server,
}

impl Opening<'_> {
    fn open(&self, who: &'static str, name: &str, mcc: u16) -> Told<Shop> {
        let home = self
            .stage
            .home(&format!("till-{}", who.replace(' ', "-")))?;
        let key = terminal_keys::create_in(&home)?;
        let issued = self.acquirer.add_merchant(&NewMerchant {
            name,
            mcc: Mcc::new(mcc)?,
            country: Country::new("DK")?,
            terminal_key: key.public_key(),
        })?;
        let store = home.join("till.db");
        self.start(
            who,
            &home,
            &store,
            issued.id,
            &issued.certificate.to_bytes(),
        )
    }

    /// The same shop, the same store, a key of its own.
    fn second_till(&self, shop: &Shop) -> Told<Shop> {
        let home = self.stage.home("till-grocery-2")?;
        let key = terminal_keys::create_in(&home)?;
        let issued = self
            .acquirer
            .add_terminal(shop.merchant, key.public_key())?;
        let store = shop.home.join("till.db");
        let certificate = issued.certificate.to_bytes();
        self.start("grocery till 2", &home, &store, shop.merchant, &certificate)
    }

    fn start(
        &self,
        name: &'static str,
        home: &Path,
        store: &Path,
        merchant: MerchantId,
        certificate: &[u8],
    ) -> Told<Shop> {
        let keys = terminal_keys::load_all(home)?;
        let clock = Arc::new(self.clock.clone());
        let terminal = Terminal::open(store, vec![self.root], keys, clock)?;
        terminal.take(&self.acquirer.scheme().trust_bundle()?.1)?;
        terminal.take_certificate(certificate)?;
        Ok(Shop {
            name,
            merchant,
            terminal,
            home: home.to_owned(),
        })
    }
}

impl Phone {
    /// Opens the wallet in `home`; its keys are software that claims to be a secure element which asks the payer, so that
    /// every policy can be shown.
    pub(super) fn switch_on(
        name: &'static str,
        home: &Path,
        root: PublicKey,
        clock: &ManualClock,
    ) -> Told<Self> {
        let keys = SoftwareKeys::new(home.join("keys"), clock.clone())?
            .claiming(KeyProtection::SecureElement, true);
        let ports = Ports {
            keys: Arc::new(keys),
            vault: Arc::new(FileVault::new(home.join("vault.key"))),
            guard: Arc::new(FileGuard::new(home.join("guard"))),
            clock: Arc::new(clock.clone()),
        };
        let wallet = Wallet::open(Config::new(home.join("wallet"), vec![root]), ports)?;
        wallet.set_in_front(true);
        Ok(Self {
            name,
            wallet: Arc::new(wallet),
            home: home.to_owned(),
        })
    }
}

impl Phone {
    /// Enrols at a bank over HTTP with the code that the bank gave.
    pub(super) fn enrol(&self, town: &Town, bank: &Bank, code: &str) -> Told {
        let client = bank.host.client()?;
        town.runtime.block_on(self.wallet.enrol(&client, code))?;
        Ok(())
    }

    /// Syncs and asks for an allowance.
    pub(super) fn ask_for(&self, town: &Town, bank: &Bank, minor: u64, currency: Currency) -> Told {
        self.sync_with(
            town,
            bank,
            Some(Want {
                currency,
                limit: money(minor)?,
                categories: None,
            }),
        )
    }

    /// Syncs: tells the bank everything, hears what became of it.
    pub(super) fn sync(&self, town: &Town, bank: &Bank) -> Told {
        self.sync_with(town, bank, None)
    }

    fn sync_with(&self, town: &Town, bank: &Bank, want: Option<Want>) -> Told {
        let client = bank.host.client()?;
        let enrolled = self.wallet.banks()?;
        let at = enrolled.first().ok_or("enrolled nowhere")?.id;
        let report = town.runtime.block_on(async {
            self.wallet.refresh(&client).await?;
            self.wallet.sync(&client, at, want).await
        })?;
        if let Some(failed) = report.failed {
            return Err(
                format!("{} could not sync with {}: {failed}", self.name, bank.name).into(),
            );
        }
        match report.not_granted.first() {
            Some(refused) => Err(format!("{}: {}", self.name, refused.why.words()).into()),
            None => Ok(()),
        }
    }

    /// What this phone can still pay offline, and for how long, as its wallet forecasts it.
    pub(super) fn says_how_far(&self, stage: &Stage) -> Told {
        for forecast in self.wallet.forecast()? {
            let coverage = forecast.declared.as_ref().unwrap_or(&forecast.undeclared);
            let Some(now) = coverage.now() else {
                continue;
            };
            let until = coverage.until().unwrap_or(now.until);
            let until = jiff::Timestamp::from_second(i64::try_from(until.unix())?)?;
            let total = shown(now.total, forecast.currency);
            let largest = shown(now.largest, forecast.currency);
            stage.says(
                self.name,
                format!("can pay {total} offline, at most {largest} at once, until {until}"),
            );
        }
        Ok(())
    }
}
